// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;

/** The report as {@code report.json}: each record an object, each component a field of that name. */
public final class Json {
    static final ObjectMapper LINES = JsonMapper.builder()
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();
    private static final ObjectMapper PRETTY = LINES.copy().enable(SerializationFeature.INDENT_OUTPUT);

    private Json() {}

    /** The text of {@code report.json}. */
    public static String of(Report report) {
        try {
            return PRETTY.writeValueAsString(report) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
