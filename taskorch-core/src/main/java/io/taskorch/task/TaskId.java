package io.taskorch.task;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;

/**
 * Ids of tasks, runs and workers: 26 characters of Crockford's base 32, in the shape of a ULID, so
 * they sort by the time of their making. The last two characters are the partition, so that an id
 * alone finds its slot; 70 random bits stand between.
 *
 * <p>Source of the alphabet and the layout of the time: the ULID specification.
 */
public final class TaskId {

  public static final int LENGTH = 26;

  /** Two characters of base 32 name 1,024 partitions. */
  public static final int MOST_PARTITIONS = 1024;

  private static final String DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  private static final char[] ALPHABET = DIGITS.toCharArray();
  private static final SecureRandom RANDOM = new SecureRandom();

  private TaskId() {}

  /** A new id of the given partition. */
  public static String next(Instant now, int partition) {
    byte[] random = new byte[14];
    RANDOM.nextBytes(random);
    return of(now, random, partition);
  }

  /**
   * An id that follows from another one, of the same time and partition: the same of the same.
   *
   * @param part what it is to the other
   */
  public static String derived(String id, String part) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest((id + "/" + part).getBytes(StandardCharsets.UTF_8));
      return of(timeOf(id), digest, partitionOf(id));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /**
   * The id made of these parts; the same parts give the same id.
   *
   * @param random at least 14 bytes, of which five bits each are taken
   */
  public static String of(Instant time, byte[] random, int partition) {
    if (partition < 0 || partition >= MOST_PARTITIONS) {
      throw new IllegalArgumentException("partition " + partition + " is not 0 to 1023");
    }
    char[] id = new char[LENGTH];
    long millis = time.toEpochMilli();
    for (int i = 9; i >= 0; i--) {
      id[i] = ALPHABET[(int) (millis & 31)];
      millis >>>= 5;
    }
    for (int i = 0; i < 14; i++) {
      id[10 + i] = ALPHABET[random[i] & 31];
    }
    id[24] = ALPHABET[partition >>> 5];
    id[25] = ALPHABET[partition & 31];
    return new String(id);
  }

  public static boolean isValid(String text) {
    // By hand: it is asked for every task of every claim, and a pattern takes many times as long.
    if (text.length() != LENGTH || text.charAt(0) > '7') {
      return false;
    }
    for (int i = 0; i < LENGTH; i++) {
      if (digitOf(text.charAt(i)) < 0) {
        return false;
      }
    }
    return true;
  }

  /** The partition that a valid id names. */
  public static int partitionOf(String id) {
    return digit(id.charAt(24)) << 5 | digit(id.charAt(25));
  }

  /** The time in a valid id, to the millisecond. */
  public static Instant timeOf(String id) {
    long millis = 0;
    for (int i = 0; i < 10; i++) {
      millis = millis << 5 | digit(id.charAt(i));
    }
    return Instant.ofEpochMilli(millis);
  }

  private static int digit(char c) {
    int digit = digitOf(c);
    if (digit < 0) {
      throw new IllegalArgumentException("not an id");
    }
    return digit;
  }

  /** The value of a character, -1 when it is none of the alphabet's. */
  private static int digitOf(char c) {
    if (c <= '9') {
      return c >= '0' ? c - '0' : -1;
    }
    return c <= 'Z' ? DIGITS.indexOf(c) : -1;
  }
}
