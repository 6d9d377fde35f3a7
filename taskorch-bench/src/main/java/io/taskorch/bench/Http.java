package io.taskorch.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** The REST API, in a process of its own, as producers and HTTP workers use it. */
final class Http implements Benchmark {

  private static final int CONNECTIONS = 64;
  private static final int CLAIMED_AT_ONCE = 100;
  private static final double SHARE = 0.05;

  /** Its compiler takes longer than that of a small program. */
  private static final double WARM_UP_SHARE = 4 * SHARE;

  private static final Measure SUBMIT =
      Measure.rate("POST /v1/tasks, 64 connections", "tasks/s")
          .comparedTo(Ceiling.MANY_CONNECTIONS);
  private static final Measure WORK =
      Measure.rate("HTTP claims of 100, completed one by one", "tasks/s")
          .comparedTo(Ceiling.MANY_CONNECTIONS);

  private static final ObjectMapper MAPPER = new ObjectMapper();

  @Override
  public String name() {
    return "http";
  }

  @Override
  public String description() {
    return "tasks submitted, claimed and completed over HTTP, the API in a process of its own";
  }

  @Override
  public List<Measure> measures() {
    return List.of(SUBMIT, WORK);
  }

  @Override
  public boolean takesItsTime() {
    return true;
  }

  @Override
  public void measure(Rig rig, Sheet sheet) throws InterruptedException {
    try (AppProcess api = AppProcess.start(Child.Role.API, rig.redis(), rig.newNamespace())) {
      measureOnce(rig, api.url(), rig.tasks(WARM_UP_SHARE), new Sheet());
      for (int run = 0; run < rig.runs(); run++) {
        measureOnce(rig, api.url(), rig.tasks(SHARE), sheet);
      }
    }
    rig.flush();
  }

  private static void measureOnce(Rig rig, URI api, int tasks, Sheet sheet) {
    try (ManyConnections many = new ManyConnections(api, CONNECTIONS, Http::isWholeAnswer);
        ManyConnections one = new ManyConnections(api, 1, Http::isWholeAnswer)) {
      String text = new String(rig.payload(), StandardCharsets.UTF_8);
      byte[] submit =
          post(api, "/v1/tasks", "{\"type\":\"" + Rig.TYPE + "\",\"payload\":" + text + "}");
      sheet.add(SUBMIT, many.rate(Collections.nCopies(tasks, submit)));

      long begin = System.nanoTime();
      List<byte[]> completions = new ArrayList<>();
      while (completions.size() < tasks) {
        int before = completions.size();
        for (JsonNode lease : claimed(one, api)) {
          String path = "/v1/leases/" + lease.path("lease_id").asText() + "/complete";
          completions.add(post(api, path, "{\"result\":{\"ok\":true}}"));
        }
        if (completions.size() == before) {
          throw new IllegalStateException("there is nothing left to claim over HTTP");
        }
      }
      double unused = many.rate(completions);
      sheet.add(WORK, Rate.since(begin, completions.size()));
    }
  }

  private static JsonNode claimed(ManyConnections connection, URI api) {
    String body =
        "{\"worker_id\":\"bench\",\"queues\":[\"default\"],\"types\":[\""
            + Rig.TYPE
            + "\"],\"max\":"
            + CLAIMED_AT_ONCE
            + ",\"lease\":\"5m\"}";
    String answer = connection.call(post(api, "/v1/leases", body));
    try {
      return MAPPER.readTree(answer.substring(answer.indexOf("\r\n\r\n"))).path("leases");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] post(URI api, String path, String json) {
    return ("POST "
            + path
            + " HTTP/1.1\r\nHost: "
            + api.getAuthority()
            + "\r\nContent-Type: application/json\r\nContent-Length: "
            + json.length()
            + "\r\n\r\n"
            + json)
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** Whether an answer has come as a whole; the API always tells its length. */
  private static boolean isWholeAnswer(byte[] bytes, int length) throws IOException {
    String text = new String(bytes, 0, Math.min(length, 4096), StandardCharsets.ISO_8859_1);
    int end = text.indexOf("\r\n\r\n");
    if (end < 0) {
      return false;
    }
    if (!text.startsWith("HTTP/1.1 2")) {
      throw new IOException("the API answered " + text.lines().findFirst().orElse(""));
    }
    String head = text.substring(0, end).toLowerCase(Locale.ROOT);
    int at = head.indexOf("content-length:");
    if (at < 0) {
      throw new IOException("the API does not tell the length of its answer");
    }
    String value = head.substring(at + "content-length:".length()).lines().findFirst().orElse("0");
    return length >= end + 4 + Integer.parseInt(value.strip());
  }
}
