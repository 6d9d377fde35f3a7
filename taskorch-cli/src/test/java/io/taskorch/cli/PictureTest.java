package io.taskorch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class PictureTest {

  @Test
  void everyPictureHasAFolderOfItsOwn() {
    List<Picture> pictures =
        Picture.of(List.of("a/x.jpg", "b/x.jpg", "X.png", "x", "demo.log.jpg", ".hidden.jpg", "/"));

    assertThat(pictures)
        .extracting(Picture::folder)
        .containsExactly("x", "x-2", "X-3", "x-4", "picture", "picture-2", "picture-3");
  }

  @Test
  void aPathBecomesAbsoluteAndAUrlStays() {
    List<Picture> pictures = Picture.of(List.of("a b/x.jpg", "https://host/p/x.jpg?s=1/2"));

    assertThat(pictures).extracting(Picture::name).containsExactly("x.jpg", "x.jpg");
    assertThat(pictures)
        .extracting(Picture::location)
        .containsExactly(
            Path.of("a b/x.jpg").toAbsolutePath().toString(), "https://host/p/x.jpg?s=1/2");
  }

  @Test
  void aNameCannotMoveTheCursor() {
    assertThat(Picture.of(List.of("a\u001b[2J.jpg")))
        .extracting(Picture::name)
        .containsExactly("a?[2J.jpg");
  }
}
