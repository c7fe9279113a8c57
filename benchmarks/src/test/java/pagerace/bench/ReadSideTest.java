// SPDX-License-Identifier: Apache-2.0
package pagerace.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReadSideTest {
    @Test
    void everyBodyReadsBothValues() {
        ReadSide benchmark = new ReadSide();
        benchmark.write(1, () -> {});
        assertThat(benchmark.reads()).isEqualTo(2);
        assertAll(benchmark, 2);
        benchmark.write(21, () -> {});
        assertThat(benchmark.reads()).isEqualTo(42);
        assertAll(benchmark, 42);
    }

    @Test
    void beforeTheWriterIsThroughNoneAcceptsWhatItRead() {
        ReadSide benchmark = new ReadSide();
        benchmark.write(21, () -> {
            assertThat(benchmark.reads()).as("torn").isEqualTo(22);
            assertAll(benchmark, ReadSide.RETRY);
        });
    }

    private static void assertAll(ReadSide benchmark, long expected) {
        assertThat(benchmark.seqCount()).isEqualTo(expected);
        assertThat(benchmark.seqCountPlain()).isEqualTo(expected);
        assertThat(benchmark.stampedLock()).isEqualTo(expected);
    }
}
