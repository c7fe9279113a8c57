// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import pagerace.stress.Limits;

class BudgetTest {
    @ParameterizedTest
    @ValueSource(strings = {"4m", "PT4M", "pt4m", "240s", " 3m60s "})
    void fourMinutes(String text) {
        assertThat(Budget.parse(text)).isEqualTo(Duration.ofMinutes(4));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "soon | The time \"soon\" is not a duration; write 4m, 240s or PT4M.",
                "'' | The time \"\" is not a duration; write 4m, 240s or PT4M.",
                "240 | The time \"240\" is not a duration; write 240s.",
                "0 | The time \"0\" is not a duration; write 4m, 240s or PT4M.",
                "0s | The time \"0s\" is no time at all; write 4m, 240s or PT4M.",
                "-4m | The time \"-4m\" is no time at all; write 4m, 240s or PT4M.",
                "PT-4M | The time \"PT-4M\" is no time at all; write 4m, 240s or PT4M.",
                "99999999999999999h | The time \"99999999999999999h\" is not a duration; write 4m, 240s or PT4M.",
            })
    void oneSentence(String text, String sentence) {
        assertThatThrownBy(() -> Budget.parse(text))
                .isInstanceOf(BadInput.class)
                .hasMessage(sentence);
    }

    @Test
    void autoIsByNeedAndATimeIsUsedUp() {
        assertThat(Budget.limits(" Auto ")).isEqualTo(Limits.BY_NEED).matches(Limits::isByNeed);
        assertThat(Budget.limits("4m")).isEqualTo(Limits.of(Duration.ofMinutes(4)));
        assertThat(Budget.limits("4m").isByNeed()).isFalse();
    }

    @Test
    void printsAsPeopleWriteIt() {
        assertThat(Budget.text(Duration.ofSeconds(59))).isEqualTo("59s");
        assertThat(Budget.text(Duration.ofSeconds(65))).isEqualTo("1m05s");
        assertThat(Budget.text(Duration.ofSeconds(-1))).isEqualTo("0s");
    }
}
