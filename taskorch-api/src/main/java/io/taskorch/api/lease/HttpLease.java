package io.taskorch.api.lease;

import io.taskorch.task.Lease;
import io.taskorch.task.Names;
import io.taskorch.task.TaskNotFoundException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A lease as HTTP workers know it. Its id tells whose it is and how long it was asked for, so that
 * a heartbeat means the same whichever process it reaches.
 */
record HttpLease(Lease lease, Duration length, String workerId) {

  static final Duration SHORTEST = Duration.ofSeconds(1);
  static final Duration LONGEST = Duration.ofDays(1);

  private static final Pattern ID = Pattern.compile("([^.]+\\.[^.]+\\.[^.]+)\\.(\\d{4,8})\\.(.+)");

  String id() {
    return lease.id() + "." + length.toMillis() + "." + workerId;
  }

  /**
   * @throws TaskNotFoundException when there can be no such lease
   */
  static HttpLease parse(String id) {
    Matcher parts = ID.matcher(id);
    if (parts.matches() && Names.isValidWorkerId(parts.group(3))) {
      Duration length = Duration.ofMillis(Integer.parseInt(parts.group(2)));
      if (length.compareTo(SHORTEST) >= 0 && length.compareTo(LONGEST) <= 0) {
        try {
          return new HttpLease(Lease.parse(parts.group(1)), length, parts.group(3));
        } catch (IllegalArgumentException e) {
          throw new TaskNotFoundException("under this lease");
        }
      }
    }
    throw new TaskNotFoundException("under this lease");
  }
}
