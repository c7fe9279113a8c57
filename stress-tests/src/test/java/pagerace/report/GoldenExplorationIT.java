// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What the run of this build explored, against the golden file: without a filter, every point of the catalogue. */
class GoldenExplorationIT {
    private static final Path REPORT = Path.of("target", "pagerace", "report.json");

    @Test
    void whatTheRunExploredIsAsItWas() throws IOException {
        Report report = Json.read(Files.readString(REPORT, StandardCharsets.UTF_8));
        Map<String, String> golden = Golden.lines();
        Map<String, String> found = new TreeMap<>();
        report.points().stream()
                .filter(PointFacts::isExplored)
                .forEach(point -> found.put(point.key(), ExploredPoint.of(point).line()));
        assertThat(found).isNotEmpty();
        if (report.hosts().get(0).runs().get(0).filter().isEmpty()) {
            assertThat(found.keySet()).isEqualTo(golden.keySet());
        }
        golden.keySet().retainAll(found.keySet());
        assertThat(found).isEqualTo(golden);
    }
}
