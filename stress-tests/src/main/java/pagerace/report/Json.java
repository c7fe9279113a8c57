// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
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
        try {
            return PRETTY.writeValueAsString(report) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Reads such a text.
     *
     * @throws IOException if it is none, or one of another version
     */
    public static Report read(String text) throws IOException {
        Report report = PRETTY.readValue(text, Report.class);
        if (report == null || report.schema() != Report.SCHEMA || report.points() == null || report.hosts() == null) {
            throw new IOException("not a report of version " + Report.SCHEMA);
        }
        return report;
    }
}
