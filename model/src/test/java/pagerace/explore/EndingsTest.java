// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import pagerace.race.Stuckness;

class EndingsTest {
    private static final List<String> WORDS = List.of("pte", "folio.refcount");

    private record Pinned(String how) {}

    private static Endings of(Map<String, String> renamed, String outcome, String how, List<String> words) {
        Endings endings = new Endings(renamed);
        endings.add(outcome, List.of(new Pinned(how), 7), words, new long[] {1, 2});
        endings.add("OTHER", List.of(new Pinned(how), 8), words, new long[] {1, 2});
        return endings;
    }

    private static String digest() {
        return of(Map.of(), "GOOD", "FAST", WORDS).digest();
    }

    @Test
    void theOrderDoesNotMatterAndTwiceIsOnce() {
        Endings endings = new Endings(Map.of());
        for (int i = 0; i < 2; i++) {
            endings.add("OTHER", List.of(new Pinned("FAST"), 8), WORDS, new long[] {1, 2});
            endings.add("GOOD", List.of(new Pinned("FAST"), 7), WORDS, new long[] {1, 2});
        }
        assertThat(endings.digest()).isEqualTo(digest()).hasSize(12);
    }

    @Test
    void everyPartOfAnEndingCounts() {
        assertThat(of(Map.of(), "BAD", "FAST", WORDS).digest()).isNotEqualTo(digest());
        assertThat(of(Map.of(), "GOOD", "SLOW", WORDS).digest()).isNotEqualTo(digest());
        Endings otherValues = new Endings(Map.of());
        otherValues.add("GOOD", List.of(new Pinned("FAST"), 7), WORDS, new long[] {1, 3});
        otherValues.add("OTHER", List.of(new Pinned("FAST"), 8), WORDS, new long[] {1, 2});
        assertThat(otherValues.digest()).isNotEqualTo(digest());
    }

    @Test
    void theMarkCounts() {
        Endings stuck = new Endings(Map.of());
        stuck.add(Stuckness.STUCK, List.of(), List.of(), new long[0]);
        Endings unmarked = new Endings(Map.of());
        unmarked.add(Stuckness.STUCK.name(), List.of(), List.of(), new long[0]);
        assertThat(stuck.digest()).isNotEqualTo(unmarked.digest());
    }

    @Test
    void whatWasRenamedIsTheSame() {
        Map<String, String> renamed =
                Map.of("FINE", "GOOD", "BY_GUP_FAST", "FAST", "folio.refs", "folio.refcount", "Pinned", "Pinned");
        assertThat(of(renamed, "FINE", "BY_GUP_FAST", List.of("pte", "folio.refs"))
                        .digest())
                .isEqualTo(digest());
    }

    @Test
    void neitherTheOrderOfWordsNorANewOneMatters() {
        Endings endings = new Endings(Map.of("new", "-"));
        List<String> words = List.of("folio.refcount", "new", "pte");
        endings.add("GOOD", List.of(new Pinned("FAST"), 7), words, new long[] {2, 99, 1});
        endings.add("OTHER", List.of(new Pinned("FAST"), 8), words, new long[] {2, 98, 1});
        assertThat(endings.digest()).isEqualTo(digest());
    }
}
