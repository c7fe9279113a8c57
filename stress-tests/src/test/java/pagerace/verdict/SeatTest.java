// SPDX-License-Identifier: Apache-2.0
package pagerace.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class SeatTest {
    private static Seat seat(Integer... cpus) {
        return new Seat(List.of(cpus), Distance.ONE_CACHE);
    }

    @Test
    void seatsOverlapThatHaveACpuInCommonOrNoneOfTheirOwn() {
        assertThat(seat(0, 1).overlaps(seat(1, 2))).isTrue();
        assertThat(seat(0, 1).overlaps(seat(2, 3))).isFalse();
        assertThat(seat(0, 1).overlaps(Seat.ANYWHERE)).isTrue();
        assertThat(Seat.ANYWHERE.overlaps(seat(0, 1))).isTrue();
        assertThat(Seat.ANYWHERE.overlaps(Seat.ANYWHERE)).isTrue();
    }

    @Test
    void numbersBeginAtZero() {
        assertThat(seat(0, 8).names()).isEqualTo("0+8");
        assertThat(Seat.ANYWHERE.names()).isEqualTo("anywhere");
        assertThatIllegalArgumentException().isThrownBy(() -> seat(0, -1));
    }
}
