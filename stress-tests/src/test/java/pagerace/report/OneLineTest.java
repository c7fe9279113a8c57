// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OneLineTest {
    /** A line may be broken before any word: then the word begins a line. */
    @ParameterizedTest
    @CsvSource({
        "::error::x,        ': :error::x'",
        "'  ::error::x',    '  : :error::x'",
        "said ::error::x,   'said : :error::x'",
        ":::x,              ': : :x'",
        "a::b and c :d,     'a::b and c :d'",
        "pagerace::x ::,    'pagerace::x : :'"
    })
    void twoColonsBeginNoWord(String text, String shown) {
        assertThat(OneLine.of(text)).isEqualTo(shown);
    }
}
