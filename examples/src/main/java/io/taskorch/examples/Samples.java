package io.taskorch.examples;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** The pictures that ship with the examples, and the workflow that they go through. */
public final class Samples {

  /** The names of the pictures, each 1,600 by 1,200 pixels. */
  public static final List<String> PICTURES = List.of("lake.jpg", "city.jpg", "dunes.jpg");

  /** The name of the workflow: the body of a {@code POST /v1/workflows}. */
  public static final String PIPELINE = "image-pipeline.json";

  private Samples() {}

  /** The bytes of a sample, to be closed. */
  public static InputStream open(String name) throws IOException {
    InputStream bytes = Samples.class.getResourceAsStream(name);
    if (bytes == null) {
      throw new IOException("no sample " + name);
    }
    return bytes;
  }
}
