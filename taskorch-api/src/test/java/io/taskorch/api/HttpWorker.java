package io.taskorch.api;

import io.taskorch.api.Api.Answer;
import java.util.UUID;

/** A worker that is nothing but calls. */
public final class HttpWorker {

  private final Api api;
  private final String queue;
  private final String id = "w-" + UUID.randomUUID();

  public HttpWorker(Api api, String queue) {
    this.api = api;
    this.queue = queue;
  }

  public String id() {
    return id;
  }

  /** Claims with further fields, such as {@code ,"max":2}. */
  public Answer claim(String fields) {
    return api.post(
        "/v1/leases",
        """
        {"worker_id":"%s","queues":["%s"],"types":["a","b","c"]%s}
        """
            .formatted(id, queue, fields));
  }

  public Answer claim() {
    return claim("");
  }

  /** The id of a lease of one task. */
  public String claimOne() {
    return claim().at("/leases/0/lease_id");
  }

  public Answer say(String leaseId, String verb, String json) {
    return api.post("/v1/leases/" + leaseId + "/" + verb, json);
  }
}
