// SPDX-License-Identifier: Apache-2.0
package pagerace.mm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PteTest {
    private static final long[] FLAGS = {
        Pte.PRESENT,
        Pte.WRITE,
        Pte.DIRTY,
        Pte.ACCESSED,
        Pte.SOFT_DIRTY,
        Pte.UFFD_WP,
        Pte.PROTNONE,
        Pte.SPECIAL,
        Pte.SWAP,
        Pte.MIGRATION,
        Pte.MARKER,
        Pte.EXCLUSIVE,
        PageTable.TABLE
    };

    @Test
    void flagsAreDistinctBits() {
        long all = 0;
        for (long flag : FLAGS) {
            assertThat(Long.bitCount(flag)).isEqualTo(1);
            assertThat(all & flag).isZero();
            all |= flag;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 0xFFFF, 0x10000, Integer.MAX_VALUE})
    void numbersSurvive(int number) {
        long everything =
                Pte.WRITE | Pte.DIRTY | Pte.ACCESSED | Pte.SOFT_DIRTY | Pte.UFFD_WP | Pte.PROTNONE | Pte.SPECIAL;
        assertThat(Pte.pfn(Pte.present(number, 0))).isEqualTo(number);
        assertThat(Pte.pfn(Pte.present(number, everything))).isEqualTo(number);
        assertThat(Pte.pfn(Pte.migration(number, true, true))).isEqualTo(number);
        assertThat(Pte.swapOffset(Pte.swap(number, true))).isEqualTo(number);
    }

    @Test
    void kindsExcludeEachOther() {
        long[] entries = {
            Pte.NONE, Pte.present(1, 0), Pte.swap(1, false), Pte.migration(1, false, false), Pte.uffdWpMarker()
        };
        long[] kinds = {0, Pte.PRESENT, Pte.SWAP, Pte.MIGRATION, Pte.MARKER};
        for (int i = 0; i < entries.length; i++) {
            assertThat(Pte.isNone(entries[i])).isEqualTo(i == 0);
            assertThat(Pte.isPresent(entries[i])).isEqualTo(i == 1);
            for (int k = 1; k < kinds.length; k++) {
                assertThat(Pte.has(entries[i], kinds[k]))
                        .as("entry %d, kind %d", i, k)
                        .isEqualTo(i == k);
            }
        }
    }

    @Test
    void whatIsNotPresentIsNotWritable() {
        assertThat(Pte.isWritable(Pte.present(1, Pte.WRITE))).isTrue();
        assertThat(Pte.isWritable(Pte.present(1, Pte.WRITE | Pte.PROTNONE)))
                .as("hinting")
                .isFalse();
        assertThat(Pte.isWritable(Pte.present(1, Pte.DIRTY))).isFalse();
        assertThat(Pte.isWritable(Pte.migration(1, true, true))).isFalse();
        assertThat(Pte.isWritable(Pte.NONE)).isFalse();
    }

    @Test
    void swapEntriesRememberExclusivity() {
        assertThat(Pte.has(Pte.swap(1, true), Pte.EXCLUSIVE)).isTrue();
        assertThat(Pte.has(Pte.swap(1, false), Pte.EXCLUSIVE)).isFalse();
    }

    @Test
    void migrationEntriesComeInThreeKinds() {
        assertThat(Pte.has(Pte.migration(1, true, false), Pte.WRITE)).isTrue();
        assertThat(Pte.has(Pte.migration(1, false, true), Pte.WRITE)).isFalse();
        assertThat(Pte.has(Pte.migration(1, false, true), Pte.EXCLUSIVE)).isTrue();
        assertThat(Pte.has(Pte.migration(1, false, false), Pte.EXCLUSIVE | Pte.WRITE))
                .isFalse();
    }

    @Test
    void anyBitMakesAnotherEntry() {
        long entry = Pte.present(1, Pte.WRITE);
        assertThat(Pte.present(2, Pte.WRITE)).isNotEqualTo(entry);
        for (long flag : FLAGS) {
            if (!Pte.has(entry, flag)) {
                assertThat(entry | flag).isNotEqualTo(entry);
                assertThat(Pte.pfn(entry | flag))
                        .as("no flag reaches into the number")
                        .isEqualTo(1);
            }
        }
    }

    @Test
    void describesEveryKind() {
        Map<Long, String> texts = new LinkedHashMap<>();
        texts.put(Pte.NONE, "none");
        texts.put(Pte.present(1, 0), "pte R/O pfn=1");
        texts.put(Pte.present(3, Pte.WRITE | Pte.DIRTY | Pte.ACCESSED), "pte W,D,A pfn=3");
        texts.put(Pte.present(1, Pte.SOFT_DIRTY), "pte soft-dirty pfn=1");
        texts.put(Pte.present(1, Pte.UFFD_WP), "pte uffd-wp pfn=1");
        texts.put(Pte.present(1, Pte.WRITE | Pte.PROTNONE), "pte W,protnone pfn=1");
        texts.put(Pte.present(1, Pte.SPECIAL), "pte special pfn=1");
        texts.put(Pte.swap(1, false), "swap offset=1");
        texts.put(Pte.swap(70_000, true), "swap excl offset=70000");
        texts.put(Pte.migration(2, true, true), "migration W,excl pfn=2");
        texts.put(Pte.migration(2, false, false), "migration pfn=2");
        texts.put(Pte.uffdWpMarker(), "marker uffd-wp");
        texts.forEach((entry, text) -> assertThat(Pte.describe(entry)).isEqualTo(text));
    }
}
