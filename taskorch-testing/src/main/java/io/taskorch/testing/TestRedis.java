package io.taskorch.testing;

import com.redis.testcontainers.RedisContainer;
import java.net.URI;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.testcontainers.utility.DockerImageName;

/**
 * The Redis that all tests of this process share: the one that {@code TASKORCH_TEST_REDIS_ADDR}
 * names ({@code host:port} or {@code redis://…}), else a container where Docker answers, else the
 * embedded one. It is started at first use and ends with the process.
 */
public final class TestRedis {

  public static final String VARIABLE = "TASKORCH_TEST_REDIS_ADDR";

  private static final Logger LOG = LoggerFactory.getLogger(TestRedis.class);
  private static final String IMAGE = "redis:7.4-alpine";
  private static final ReentrantLock START = new ReentrantLock();
  private static @Nullable URI shared;
  private static @Nullable URI cluster;

  private TestRedis() {}

  /** The shared server. */
  public static URI uri() {
    START.lock();
    try {
      if (shared == null) {
        shared = find(System.getenv(VARIABLE));
      }
      return shared;
    } finally {
      START.unlock();
    }
  }

  /** A shared cluster of one node, which refuses scripts that touch two slots. */
  public static URI oneNodeCluster() {
    START.lock();
    try {
      if (cluster == null) {
        cluster = EmbeddedRedis.oneNodeCluster().uri();
      }
      return cluster;
    } finally {
      START.unlock();
    }
  }

  private static URI find(@Nullable String named) {
    if (named != null && !named.isBlank()) {
      return parse(named.strip());
    }
    if (Docker.answers(System.getenv())) {
      try {
        return startContainer();
      } catch (RuntimeException e) {
        LOG.warn("no Redis in a container, the embedded one it is: {}", e.getMessage());
      }
    }
    return EmbeddedRedis.start().uri();
  }

  static URI parse(String address) {
    URI uri = URI.create(address.contains("://") ? address : "redis://" + address);
    if (uri.getHost() == null || uri.getPort() < 0) {
      throw new IllegalArgumentException(VARIABLE + " is not host:port or redis://host:port");
    }
    return uri;
  }

  private static URI startContainer() {
    // closed by Testcontainers' own companion when this process ends
    @SuppressWarnings("resource")
    RedisContainer container = new RedisContainer(DockerImageName.parse(IMAGE));
    container.start();
    return URI.create("redis://" + container.getRedisHost() + ':' + container.getRedisPort());
  }
}
