// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagerace.race.Point;
import pagerace.verdict.TestRace;

class SelectionTest {
    private final Selection selection = new Selection(List.of(new TestRace()));

    private List<String> select(String filter) {
        return selection.select(filter).stream().map(Point::key).toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "TestRace/UNFENCED | TestRace/UNFENCED[small]",
                "TestRace/UNFENCED[small] | TestRace/UNFENCED[small]",
                "TestRace/UNF | TestRace/UNFENCED[small]",
                "*FENCED* | TestRace/UNFENCED[small]",
                "TestRace/?PEN | TestRace/OPEN[small]",
            })
    void oneVariant(String filter, String key) {
        assertThat(select(filter)).containsExactly(key);
    }

    @Test
    void everythingThatIsPlanned() {
        List<String> all = select("");
        assertThat(all).hasSize(TestRace.Fix.values().length).allMatch(key -> key.endsWith("[small]"));
        assertThat(select("TestRace")).isEqualTo(all);
        assertThat(select("*")).isEqualTo(all);
        assertThat(select("Test")).isEqualTo(all);
    }

    @Test
    void theControlOfAPointThatShouldHoldComesAlong() {
        assertThat(select("TestRace/FIXED")).containsExactly("TestRace/BROKEN[small]", "TestRace/FIXED[small]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "TstRace | There is no race TstRace; the nearest is TestRace.",
                "Foo | There is no race Foo; list names the races.",
                "FIXED | FIXED is a variant of TestRace; write TestRace/FIXED.",
                "TestRace/FOO | The race TestRace has no variant FOO; list TestRace names those it has.",
                "testrace/FIXED | There is no race testrace; the nearest is TestRace.",
                "TestRace/FIXD | The race TestRace has no variant FIXD; the nearest is FIXED.",
                "TestRace/FIXD[small] | The race TestRace has no variant FIXD; the nearest is FIXED.",
                "TestRace/FIXED[smll] | There is no point TestRace/FIXED[smll]; the nearest is TestRace/FIXED[small].",
                "TestRace/FIXED[large] | TestRace/FIXED[large] is explored only; the nearest that real threads run is"
                        + " TestRace/FIXED[small].",
            })
    void theNearestValidChoiceIsNamed(String filter, String sentence) {
        assertThatThrownBy(() -> select(filter)).isInstanceOf(BadInput.class).hasMessage(sentence);
    }
}
