// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import pagerace.explore.Transcript.Line;

/** The report as {@code report.json}: each record an object, each component a field of that name. */
public final class Json {
    static final ObjectMapper LINES = JsonMapper.builder()
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(
                    DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
                    DeserializationFeature.FAIL_ON_TRAILING_TOKENS,
                    DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final ObjectMapper PRETTY = LINES.copy()
            .disable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .addMixIn(Line.class, WithoutBlanks.class)
            .enable(SerializationFeature.INDENT_OUTPUT);

    private static final ObjectMapper AS_IT_IS = LINES.copy().disable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

    /** Most of a line of a transcript is blank, and there are many. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private interface WithoutBlanks {}

    private Json() {}

    /** The text of {@code report.json}. */
    public static String of(Report report) {
        return text(report);
    }

    /** Any record as such a text. */
    static String text(Object value) {
        return written(PRETTY, value) + "\n";
    }

    /** A record in one line, its maps in their own order: what {@link #read} makes of it is as it was. */
    public static String kept(Record value) {
        return written(AS_IT_IS, value);
    }

    /** A value in one line, its maps in the order of their keys. */
    static String line(Object value) {
        return written(LINES, value);
    }

    private static String written(ObjectMapper mapper, Object value) {
        try {
            return mapper.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The JSON Schema of {@code report.json}. */
    public static String schema() {
        try (InputStream schema = requireNonNull(Json.class.getResourceAsStream("/pagerace/report.schema.json"))) {
            return new String(schema.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads such a text.
     *
     * @throws NotWhole if it is none of this version, or parts of it are missing or contradict each other
     * @throws IOException if it is no JSON
     */
    public static Report read(String text) throws IOException {
        Report report = read(text, Report.class);
        Wholeness.check(report);
        return report;
    }

    /**
     * Reads a record: the whole text is one object, each field stands there once, and no number is below zero.
     *
     * @throws NotWhole if a field is missing, or its value is one that cannot be
     * @throws IOException if it is no such text
     */
    public static <T extends Record> T read(String text, Class<T> type) throws IOException {
        @Nullable T value;
        try {
            value = LINES.readValue(text, type);
        } catch (ValueInstantiationException e) {
            throw e.getCause() instanceof IllegalArgumentException refused
                    ? new NotWhole("is wrong: " + refused.getMessage())
                    : e;
        }
        if (value == null) {
            throw new NotWhole("is empty");
        }
        Wholeness.check((Record) value);
        return value;
    }
}
