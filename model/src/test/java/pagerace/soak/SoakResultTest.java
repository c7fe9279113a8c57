// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import pagerace.soak.Soak.Settings;
import pagerace.soak.SoakResult.Counter;

class SoakResultTest {
    private static final Counter HAPPENED = new Counter("FORK", "SHARED", 7, "> 0", true);
    private static final Counter NEVER_HAPPENED = new Counter("FORK", "COPIED", 0, "> 0", false);
    private static final Counter CANNOT_HAPPEN = new Counter("FORK", "AGAIN", 1, "0", false);
    private static final long ENOUGH = SoakResult.ENOUGH_OPERATIONS;

    private static boolean isUnhealthy(long operations, Counter... counters) {
        Settings settings = Settings.of(1, 2, null);
        return new SoakResult(
                        settings,
                        Duration.ofSeconds(1),
                        1,
                        operations,
                        null,
                        List.of(),
                        List.of(),
                        List.of(counters),
                        List.of(1L, 2L))
                .isUnhealthy();
    }

    @Test
    void whatNeverHappenedCountsAfterEnoughOperationsOnly() {
        assertThat(isUnhealthy(ENOUGH - 1, HAPPENED, NEVER_HAPPENED)).isFalse();
        assertThat(isUnhealthy(ENOUGH, HAPPENED, NEVER_HAPPENED)).isTrue();
        assertThat(isUnhealthy(ENOUGH, HAPPENED)).isFalse();
    }

    @Test
    void whatCannotHappenCountsAtOnce() {
        assertThat(isUnhealthy(1, HAPPENED, CANNOT_HAPPEN)).isTrue();
    }

    @Test
    void aRunOfNothingIsNotHealthy() {
        assertThat(isUnhealthy(0)).isTrue();
        assertThat(isUnhealthy(1)).isFalse();
    }
}
