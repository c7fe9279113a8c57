// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagerace.race.Outcome.Mark;

/** What enum constants say of themselves, as the defaults of {@link Outcome} and {@link Dimension} read it. */
class SaidTest {
    enum End implements Outcome {
        @Permitted("all is well")
        FINE,
        @Window("they met")
        MET,
        @Forbidden("it is lost")
        LOST,
        @Permitted("all is well, with a body")
        WITH_BODY {},
        SILENT
    }

    @Dimension.Called("number of pages")
    enum Size implements Dimension {
        @Means("one page")
        SMALL,
        @Means("several pages, with a body")
        VERY_LARGE {},
        SILENT
    }

    enum Nameless implements Dimension {
        @Means("whatever")
        ONE
    }

    @ParameterizedTest
    @CsvSource({
        "FINE,      PERMITTED, all is well",
        "MET,       WINDOW,    they met",
        "LOST,      FORBIDDEN, it is lost",
        "WITH_BODY, PERMITTED, 'all is well, with a body'",
    })
    void anOutcomeTellsItsMarkAndStory(End end, Mark mark, String sentence) {
        assertThat(end.mark()).isEqualTo(mark);
        assertThat(end.sentence()).isEqualTo(sentence);
    }

    @Test
    void anOutcomeWithoutAStoryIsAMistake() {
        assertThatThrownBy(End.SILENT::sentence)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("SILENT needs an annotation @Forbidden");
        assertThat(End.SILENT.mark()).as("on the safe side").isEqualTo(Mark.FORBIDDEN);
    }

    @Test
    void aDimensionTellsNameLabelAndMeaning() {
        assertThat(Size.SMALL.dimension()).isEqualTo("number of pages");
        assertThat(Size.VERY_LARGE.dimension()).isEqualTo("number of pages");
        assertThat(Size.SMALL.label()).isEqualTo("small");
        assertThat(Size.VERY_LARGE.label()).isEqualTo("very-large");
        assertThat(Size.SMALL.sentence()).isEqualTo("one page");
        assertThat(Size.VERY_LARGE.sentence()).isEqualTo("several pages, with a body");
    }

    @Test
    void aDimensionWithoutNameOrMeaningIsAMistake() {
        assertThatThrownBy(Size.SILENT::sentence)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("SILENT needs an annotation @Means");
        assertThatThrownBy(Nameless.ONE::dimension)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Nameless")
                .hasMessageContaining("needs an annotation @Called");
    }
}
