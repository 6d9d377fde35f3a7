package io.taskorch.schedule;

import com.cronutils.model.Cron;
import com.cronutils.model.definition.CronDefinition;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.field.CronField;
import com.cronutils.model.field.CronFieldName;
import com.cronutils.model.field.expression.Always;
import com.cronutils.model.field.expression.And;
import com.cronutils.model.field.expression.Between;
import com.cronutils.model.field.expression.Every;
import com.cronutils.model.field.expression.FieldExpression;
import com.cronutils.model.field.expression.On;
import com.cronutils.model.field.value.FieldValue;
import com.cronutils.model.field.value.IntegerFieldValue;
import com.cronutils.model.field.value.SpecialChar;
import com.cronutils.parser.CronParser;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Turns a cron expression into fields. cron-utils parses; what it lets pass and has no meaning, or
 * one that surprises, is refused here.
 */
final class CronReader {

  private static final int LONGEST = 256;

  private static final Map<String, String> NICKNAMES =
      Map.of(
          "@yearly", "0 0 1 1 *",
          "@annually", "0 0 1 1 *",
          "@monthly", "0 0 1 * *",
          "@weekly", "0 0 * * 0",
          "@daily", "0 0 * * *",
          "@midnight", "0 0 * * *",
          "@hourly", "0 * * * *");

  private static final CronDefinition WITHOUT_SECONDS = definition(false);
  private static final CronDefinition WITH_SECONDS = definition(true);

  private CronReader() {}

  private static CronDefinition definition(boolean seconds) {
    CronDefinitionBuilder builder = CronDefinitionBuilder.defineCron();
    if (seconds) {
      builder.withSeconds().withValidRange(0, 59).and();
    }
    return builder
        .withMinutes()
        .withValidRange(0, 59)
        .and()
        .withHours()
        .withValidRange(0, 23)
        .and()
        .withDayOfMonth()
        .withValidRange(1, 31)
        .supportsL()
        .supportsW()
        .supportsLW()
        .and()
        .withMonth()
        .withValidRange(1, 12)
        .and()
        .withDayOfWeek()
        .withValidRange(0, 7)
        .withMondayDoWValue(1)
        .withIntMapping(7, 0)
        .supportsHash()
        .supportsL()
        .and()
        .instance();
  }

  /**
   * @throws InvalidCronException with the rest of a sentence that begins with the field
   */
  static CronFields read(String expression) {
    if (expression.length() > LONGEST) {
      throw invalid("is longer than " + LONGEST + " characters");
    }
    String text = expression.strip();
    if (text.startsWith("@")) {
      String known = NICKNAMES.get(text.toLowerCase(Locale.ROOT));
      if (known == null) {
        throw invalid("is not @yearly, @monthly, @weekly, @daily or @hourly");
      }
      text = known;
    }
    String[] parts = text.split("[ \t]+");
    if (parts.length != 5 && parts.length != 6) {
      throw invalid("does not have 5 fields, or 6 with seconds first");
    }
    if (!text.matches("[A-Za-z0-9*,/#\\- \t]+")) {
      throw invalid("has a character that cron expressions do not have");
    }
    boolean withSeconds = parts.length == 6;
    return fields(parsed(String.join(" ", parts), withSeconds), withSeconds);
  }

  private static Cron parsed(String text, boolean withSeconds) {
    try {
      return new CronParser(withSeconds ? WITH_SECONDS : WITHOUT_SECONDS).parse(text);
    } catch (RuntimeException e) {
      // What it says of the cause names the input, and for some inputs it is an index out of
      // bounds.
      throw invalid(wrongField(text.split(" "), withSeconds));
    }
  }

  private static final List<String> NAMES =
      List.of("second", "minute", "hour", "day of month", "month", "day of week");

  /** Which field is wrong: the one that is refused among stars. */
  private static String wrongField(String[] parts, boolean withSeconds) {
    for (int i = 0; i < parts.length; i++) {
      String[] alone = new String[parts.length];
      Arrays.fill(alone, "*");
      alone[i] = parts[i];
      try {
        new CronParser(withSeconds ? WITH_SECONDS : WITHOUT_SECONDS).parse(String.join(" ", alone));
      } catch (RuntimeException e) {
        return "has no valid " + NAMES.get(withSeconds ? i : i + 1);
      }
    }
    return "is not a cron expression";
  }

  private static CronFields fields(Cron cron, boolean withSeconds) {
    Map<CronFieldName, CronField> by = cron.retrieveFieldsAsMap();
    FieldExpression hour = expression(by, CronFieldName.HOUR);
    CronFields fields =
        new CronFields(
            withSeconds ? bits("second", expression(by, CronFieldName.SECOND), 0, 59) : 1,
            bits("minute", expression(by, CronFieldName.MINUTE), 0, 59),
            bits("hour", hour, 0, 23),
            days(
                expression(by, CronFieldName.DAY_OF_MONTH),
                (int) bits("month", expression(by, CronFieldName.MONTH), 1, 12),
                expression(by, CronFieldName.DAY_OF_WEEK)),
            hour instanceof Always || hour instanceof Every);
    if (!fields.days().exist()) {
      throw new InvalidCronException("cron-never-fires", "names a day that no year has");
    }
    return fields;
  }

  private static FieldExpression expression(
      Map<CronFieldName, CronField> fields, CronFieldName name) {
    CronField field = fields.get(name);
    if (field == null) {
      throw invalid("is not a cron expression");
    }
    return field.getExpression();
  }

  private static CronDays days(FieldExpression ofMonth, int months, FieldExpression ofWeek) {
    DayOfMonth month = new DayOfMonth();
    elements(ofMonth).forEach(month::add);
    DayOfWeek week = new DayOfWeek();
    elements(ofWeek).forEach(week::add);
    return new CronDays(
        months,
        month.every,
        month.days,
        month.fromLast,
        month.nearest,
        month.lastWeekday,
        week.every,
        week.days,
        week.last,
        week.nth);
  }

  private static final class DayOfMonth {
    private boolean every;
    private int days;
    private final List<Integer> fromLast = new ArrayList<>();
    private final List<Integer> nearest = new ArrayList<>();
    private boolean lastWeekday;

    void add(FieldExpression element) {
      if (element instanceof Always) {
        every = true;
      } else if (element instanceof On on && special(on) != SpecialChar.NONE) {
        int day = on.getTime().getValue();
        int nth = on.getNth().getValue();
        switch (special(on)) {
          case W -> nearest.add(day);
          case LW -> lastWeekday = true;
          case L -> {
            if (day > 0) {
              throw invalid("has no valid day of month: a number stands before L");
            }
            fromLast.add(Math.max(0, nth));
          }
          default -> throw cannotBe("day of month");
        }
      } else {
        days |= (int) bits("day of month", element, 1, 31);
      }
    }
  }

  private static final class DayOfWeek {
    private boolean every;
    private int days;
    private int last;
    private final List<CronDays.Nth> nth = new ArrayList<>();

    void add(FieldExpression element) {
      if (element instanceof Always) {
        every = true;
      } else if (element instanceof On on && special(on) != SpecialChar.NONE) {
        int day = on.getTime().getValue() % 7;
        int number = on.getNth().getValue();
        switch (special(on)) {
          case L -> {
            if (day < 0) {
              throw invalid("has no valid day of week: no day stands before L");
            }
            last |= 1 << day;
          }
          case HASH -> {
            if (number < 1 || number > 5) {
              throw invalid("has no valid day of week: what follows # is not 1 to 5");
            }
            nth.add(new CronDays.Nth(day, number));
          }
          default -> throw cannotBe("day of week");
        }
      } else {
        long found = bits("day of week", element, 0, 7);
        days |= (int) (found & 127 | found >>> 7);
      }
    }
  }

  private static List<FieldExpression> elements(FieldExpression expression) {
    return expression instanceof And and ? and.getExpressions() : List.of(expression);
  }

  /** The values of a field without marks of its own, a bit each. */
  private static long bits(String field, FieldExpression expression, int least, int most) {
    return switch (expression) {
      case Always all -> range(least, most, 1);
      case On on when special(on) == SpecialChar.NONE -> 1L << on.getTime().getValue();
      case Between between -> {
        Range range = Range.of(field, between, most);
        yield range(range.from, range.to, 1);
      }
      case Every every -> {
        int step = every.getPeriod().getValue();
        Range range =
            switch (every.getExpression()) {
              case Always all -> new Range(least, most);
              case On on when special(on) == SpecialChar.NONE ->
                  new Range(on.getTime().getValue(), most);
              case Between between -> Range.of(field, between, most);
              default -> throw cannotBe(field);
            };
        yield range(range.from, range.to, step);
      }
      case And and -> {
        long bits = 0;
        for (FieldExpression element : and.getExpressions()) {
          bits |= bits(field, element, least, most);
        }
        yield bits;
      }
      default -> throw cannotBe(field);
    };
  }

  private record Range(int from, int to) {

    static Range of(String field, Between between, int most) {
      int from = number(field, between.getFrom());
      int to = number(field, between.getTo());
      // Sunday ends a week as well as it begins one.
      to = most == 7 && to == 0 ? 7 : to;
      if (from > to) {
        throw invalid("has no valid " + field + ": a range ends before it begins");
      }
      return new Range(from, to);
    }

    private static int number(String field, FieldValue<?> value) {
      if (value instanceof IntegerFieldValue number) {
        return number.getValue();
      }
      throw cannotBe(field);
    }
  }

  private static long range(int from, int to, int step) {
    long bits = 0;
    for (int i = from; i <= to; i += step) {
      bits |= 1L << i;
    }
    return bits;
  }

  private static SpecialChar special(On on) {
    return on.getSpecialChar().getValue();
  }

  private static InvalidCronException cannotBe(String field) {
    return invalid("has no valid " + field);
  }

  private static InvalidCronException invalid(String detail) {
    return new InvalidCronException("invalid-cron", detail);
  }
}
