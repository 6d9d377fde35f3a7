package io.taskorch.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WordsTest {

  @Test
  void aGoalIsToldWithHowFarItIs() {
    assertThat(Words.goal(Figures.share("x", 10, 0.6, 0.5))).isEqualTo("≥ 50 %: met");
    assertThat(Words.goal(Figures.share("x", 10, 0.4, 0.5)))
        .isEqualTo("≥ 50 %: not met, 80 % of it");
    assertThat(Words.goal(Figures.rate("x", 1.0))).isEmpty();
  }

  @Test
  void aNearMissDoesNotReadAsReached() {
    assertThat(Words.goal(Figures.share("x", 10, 0.4985, 0.5)))
        .isEqualTo("≥ 50 %: not met, 99.7 % of it");
  }

  @Test
  void numbersHaveAsManyDigitsAsSaySomething() {
    assertThat(Words.number(123456.7)).isEqualTo("123,457");
    assertThat(Words.number(12.34)).isEqualTo("12.3");
    assertThat(Words.number(1.234)).isEqualTo("1.23");
    assertThat(Words.number(0.0416)).isEqualTo("0.042");
    assertThat(Words.number(16)).isEqualTo("16");
  }
}
