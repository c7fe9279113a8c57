// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import pagerace.explore.Transcript.Line;
import pagerace.verdict.Measurement;

/** The report as {@code report.json}: each record an object, each component a field of that name. */
public final class Json {
    static final ObjectMapper LINES = JsonMapper.builder()
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();
    private static final ObjectMapper PRETTY = LINES.copy()
            .disable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .addMixIn(Line.class, WithoutBlanks.class)
            .enable(SerializationFeature.INDENT_OUTPUT);

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

    /** A value in one line. */
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
     * @throws IOException if it is none, or one of another version
     */
    public static Report read(String text) throws IOException {
        Report report = PRETTY.readValue(text, Report.class);
        if (report == null || report.schema() != Report.SCHEMA || !isWhole(report)) {
            throw new IOException("not a report of version " + Report.SCHEMA);
        }
        return report;
    }

    /** Whether nothing is missing that formats lean on: no null where there must be none, a run on each host and for each measurement, a result for each point. */
    private static boolean isWhole(Report report) {
        return isFilled(report)
                && !report.hosts().isEmpty()
                && report.hosts().stream()
                        .allMatch(host -> !host.runs().isEmpty()
                                && areOfTheRuns(host)
                                && arePlanned(host)
                                && resultKeys(host).equals(pointKeys(report)));
    }

    private static boolean areOfTheRuns(HostReport host) {
        Set<String> runs = host.runs().stream().map(Run::id).collect(Collectors.toSet());
        return host.measurements().stream().map(Measurement::run).allMatch(runs::contains);
    }

    private static boolean arePlanned(HostReport host) {
        Set<String> plan = host.results().stream()
                .filter(result -> result.plan() != null)
                .map(Result::key)
                .collect(Collectors.toSet());
        return host.measurements().stream().allMatch(measurement -> Session.isDue(measurement.point(), plan));
    }

    private static List<String> resultKeys(HostReport host) {
        return host.results().stream().map(Result::key).toList();
    }

    private static List<String> pointKeys(Report report) {
        return report.points().stream().map(PointFacts::key).toList();
    }

    private static boolean isFilled(@Nullable Object value) {
        if (value instanceof Record owner) {
            return Arrays.stream(owner.getClass().getRecordComponents())
                    .allMatch(component -> isFilled(owner, component));
        }
        if (value instanceof Collection<?> all) {
            return all.stream().allMatch(Json::isFilled);
        }
        return value instanceof Map<?, ?> map ? isFilled(map.values()) : value != null;
    }

    private static boolean isFilled(Record owner, RecordComponent component) {
        try {
            Object value = component.getAccessor().invoke(owner);
            boolean mayBeNull = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
            return value == null ? mayBeNull : isFilled(value);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
