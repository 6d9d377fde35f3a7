package io.taskorch.redis;

import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.TaskId;
import io.taskorch.task.Violation;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A place in a list: which of its indexes, and behind which entry. It is the same place whatever
 * has been added or removed since.
 *
 * @param part the number of the state in the list of states, or of the step in a run
 * @param score of the entry; null for the part's beginning
 * @param id of the entry
 */
record PageCursor(int part, @Nullable String score, String id) {

  private static final Pattern SHAPE = Pattern.compile("(\\d{1,5})~(\\d{1,17})?~(.{0,26})");

  static PageCursor begin(int part) {
    return new PageCursor(part, null, "");
  }

  String encode() {
    String text = part + "~" + (score == null ? "" : score) + "~" + id;
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * @param parts how many there are
   * @throws InvalidTaskException when the text is not one of ours
   */
  static PageCursor decode(@Nullable String text, int parts) {
    if (text == null) {
      return begin(0);
    }
    try {
      Matcher shape =
          SHAPE.matcher(new String(Base64.getUrlDecoder().decode(text), StandardCharsets.US_ASCII));
      if (shape.matches()) {
        int part = Integer.parseInt(shape.group(1));
        String id = shape.group(3);
        boolean atBeginning = shape.group(2) == null && id.isEmpty();
        if (part < parts && (atBeginning || (shape.group(2) != null && TaskId.isValid(id)))) {
          return new PageCursor(part, shape.group(2), id);
        }
      }
    } catch (IllegalArgumentException e) {
      throw broken();
    }
    throw broken();
  }

  /** What a cursor is refused with that no page has given. */
  static InvalidTaskException broken() {
    return new InvalidTaskException(
        List.of(new Violation("/cursor", "invalid-cursor", "is not a cursor of this list")));
  }
}
