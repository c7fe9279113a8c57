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
import java.nio.charset.StandardCharsets;
import pagerace.explore.Transcript.Line;

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

    /** Whether nothing is missing that every format leans on: each host has a run, and a result for each point. */
    private static boolean isWhole(Report report) {
        return report.catalogue() != null
                && report.races() != null
                && report.points() != null
                && report.hosts() != null
                && !report.hosts().isEmpty()
                && report.hosts().stream()
                        .allMatch(host -> host.host() != null
                                && host.runs() != null
                                && !host.runs().isEmpty()
                                && host.results() != null
                                && host.measurements() != null
                                && host.results().stream()
                                        .map(Result::key)
                                        .toList()
                                        .equals(report.points().stream()
                                                .map(PointFacts::key)
                                                .toList()));
    }
}
