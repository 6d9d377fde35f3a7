package io.taskorch.json;

import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.function.Function;

/**
 * {@code java.time} as the strings of ISO 8601. Jackson's own module for it is one more dependency
 * and writes numbers unless it is told not to.
 */
final class IsoTimes extends SimpleModule {
  private static final long serialVersionUID = 1L;

  IsoTimes() {
    super("taskorch-iso-times");
    type(Instant.class, Instant::parse);
    type(Duration.class, Duration::parse);
    type(Period.class, Period::parse);
    type(LocalDate.class, LocalDate::parse);
    type(LocalTime.class, LocalTime::parse);
    type(LocalDateTime.class, LocalDateTime::parse);
    type(OffsetDateTime.class, OffsetDateTime::parse);
    type(ZonedDateTime.class, ZonedDateTime::parse);
    type(Year.class, Year::parse);
    type(YearMonth.class, YearMonth::parse);
    type(ZoneId.class, ZoneId::of);
  }

  private <T> void type(Class<T> type, Function<String, T> parse) {
    addSerializer(type, ToStringSerializer.instance);
    addDeserializer(type, new TextReader<>(type, parse));
  }
}
