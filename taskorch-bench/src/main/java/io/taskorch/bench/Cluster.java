package io.taskorch.bench;

import io.taskorch.Taskorch;
import io.taskorch.testing.EmbeddedRedis;
import io.taskorch.testing.RawRedis;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A Redis cluster of masters on this machine. */
final class Cluster implements AutoCloseable {

  private static final int SLOTS = 16_384;
  private static final long LONGEST_NANOS = 30_000_000_000L;

  private final List<EmbeddedRedis> nodes = new ArrayList<>();
  private final List<RedisProbe> probes = new ArrayList<>();

  private Cluster() {}

  static Cluster start(int masters) throws InterruptedException {
    Cluster cluster = new Cluster();
    try {
      for (int i = 0; i < masters; i++) {
        cluster.add(i, masters);
      }
      cluster.awaitAgreement();
      return cluster;
    } catch (RuntimeException | InterruptedException e) {
      cluster.close();
      throw e;
    }
  }

  private void add(int number, int masters) {
    int bus = EmbeddedRedis.freePort();
    EmbeddedRedis node =
        EmbeddedRedis.start(
            Map.of(
                "cluster-enabled", "yes",
                "cluster-config-file", "nodes.conf",
                "cluster-announce-ip", "127.0.0.1",
                // by default it is the port + 10000, which may be beyond the last one
                "cluster-port", String.valueOf(bus)));
    nodes.add(node);
    probes.add(new RedisProbe(node.uri()));
    try (RawRedis raw = RawRedis.connect(node.uri())) {
      raw.call(
          "CLUSTER", "ADDSLOTSRANGE", SLOTS * number / masters, SLOTS * (number + 1) / masters - 1);
      raw.call("CLUSTER", "SET-CONFIG-EPOCH", number + 1);
    }
    try (RawRedis first = RawRedis.connect(nodes.getFirst().uri())) {
      if (number > 0) {
        first.call("CLUSTER", "MEET", "127.0.0.1", node.port(), bus);
      }
    }
  }

  private void awaitAgreement() throws InterruptedException {
    long begin = System.nanoTime();
    for (EmbeddedRedis node : nodes) {
      try (RawRedis raw = RawRedis.connect(node.uri())) {
        String wanted = "cluster_known_nodes:" + nodes.size() + "\r";
        String info = "";
        while (!info.contains("cluster_state:ok") || !info.contains(wanted)) {
          if (System.nanoTime() - begin > LONGEST_NANOS) {
            throw new IllegalStateException("the nodes of the cluster do not find each other");
          }
          TimeUnit.MILLISECONDS.sleep(20);
          info = String.valueOf(raw.text("CLUSTER", "INFO"));
        }
      }
    }
  }

  Taskorch.Builder connection(String namespace, int partitions) {
    return Taskorch.builder()
        .mode(Taskorch.Mode.CLUSTER)
        .addresses(nodes.stream().map(EmbeddedRedis::uri).map(URI::toString).toList())
        .namespace(namespace)
        .partitions(partitions);
  }

  /** Processor time of all nodes so far, in µs. */
  double cpuMicros() {
    return probes.stream().mapToDouble(RedisProbe::cpuMicros).sum();
  }

  void flush() {
    probes.forEach(RedisProbe::flush);
  }

  @Override
  public void close() {
    probes.forEach(RedisProbe::close);
    nodes.forEach(EmbeddedRedis::close);
  }
}
