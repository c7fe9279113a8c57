// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The sets against the JDK's own: random operations, in sets of one word and of several. */
class PairSetsTest {
    private static final int FAMILY = 3;
    private static final int SETS = 4 * FAMILY;

    private final List<BitSet> expected = new ArrayList<>();

    private BitSet each(int family, int actor) {
        return expected.get(family * FAMILY + actor);
    }

    @ParameterizedTest
    @ValueSource(ints = {9, 64, 65, 200})
    void setsAreSets(int pairs) {
        SplittableRandom random = new SplittableRandom(pairs);
        PairSets sets = new PairSets(SETS, pairs, FAMILY);
        IntStream.range(0, SETS).forEach(set -> expected.add(new BitSet()));
        for (int round = 0; round < 20_000; round++) {
            int one = random.nextInt(SETS);
            int other = random.nextInt(SETS);
            int family = random.nextInt(SETS / FAMILY);
            int otherFamily = random.nextInt(SETS / FAMILY);
            int pair = random.nextInt(pairs);
            switch (random.nextInt(12)) {
                case 0, 1, 2 -> {
                    sets.add(one, pair);
                    expected.get(one).set(pair);
                }
                case 3 -> {
                    sets.clear(one);
                    expected.get(one).clear();
                }
                case 4 -> {
                    sets.unite(one, other);
                    expected.get(one).or(expected.get(other));
                }
                case 5 -> {
                    sets.subtract(one, other);
                    minus(expected.get(one), expected.get(other));
                }
                case 6 -> {
                    sets.clearEach(family * FAMILY);
                    IntStream.range(0, FAMILY)
                            .forEach(actor -> each(family, actor).clear());
                }
                case 7 -> {
                    sets.uniteEach(family * FAMILY, otherFamily * FAMILY);
                    IntStream.range(0, FAMILY)
                            .forEach(actor -> each(family, actor).or(each(otherFamily, actor)));
                }
                case 8 -> {
                    sets.uniteAll(one, family * FAMILY);
                    IntStream.range(0, FAMILY)
                            .forEach(actor -> expected.get(one).or(each(family, actor)));
                }
                case 9 -> {
                    sets.subtractEach(family * FAMILY, otherFamily * FAMILY);
                    IntStream.range(0, FAMILY).forEach(actor -> minus(each(family, actor), each(otherFamily, actor)));
                }
                case 10 -> {
                    int outside = (one + (one / FAMILY == family ? FAMILY : 0)) % SETS;
                    sets.subtractFromEach(family * FAMILY, outside);
                    IntStream.range(0, FAMILY).forEach(actor -> minus(each(family, actor), expected.get(outside)));
                }
                default -> {
                    if (random.nextBoolean()) {
                        sets.uniteWhereMet(one, one, other);
                        BitSet wanted = (BitSet) expected.get(one).clone();
                        BitSet source = (BitSet) expected.get(other).clone();
                        expected.subList(0, one).stream()
                                .filter(wanted::intersects)
                                .forEach(set -> set.or(source));
                    } else {
                        sets.retain(one, one);
                        BitSet kept = (BitSet) expected.get(one).clone();
                        expected.subList(0, one).forEach(set -> set.and(kept));
                    }
                }
            }
            assertSame(sets, pairs);
            assertThat(sets.meet(one, other)).isEqualTo(expected.get(one).intersects(expected.get(other)));
            assertThat(sets.isEachEmpty(family * FAMILY))
                    .isEqualTo(IntStream.range(0, FAMILY)
                            .allMatch(actor -> each(family, actor).isEmpty()));
            if (round % 100 == 0) {
                assertPacks(sets, pairs);
            }
        }
    }

    private static void minus(BitSet set, BitSet other) {
        set.andNot((BitSet) other.clone());
    }

    private void assertSame(PairSets sets, int pairs) {
        for (int set = 0; set < SETS; set++) {
            assertThat(sets.isEmpty(set)).isEqualTo(expected.get(set).isEmpty());
            for (int pair = 0; pair < pairs; pair++) {
                if (sets.has(set, pair) != expected.get(set).get(pair)) {
                    throw new AssertionError("set " + set + " differs at " + pair + " from " + expected.get(set));
                }
            }
        }
    }

    /** Packed and unpacked they are the same, and with other numbers those pairs have the others. */
    private void assertPacks(PairSets sets, int pairs) {
        Packer packer = new Packer();
        sets.copy().pack(packer, 1, SETS - 1, pairs, null);
        PairSets again = new PairSets(SETS, pairs, FAMILY);
        again.unpack(new Unpacker(packer.bytes()), 1, SETS - 1, pairs);
        int[] backwards =
                IntStream.range(0, pairs).map(pair -> pairs - 1 - pair).toArray();
        packer = new Packer();
        sets.copy().pack(packer, 1, SETS - 1, pairs, backwards);
        PairSets reversed = new PairSets(SETS, pairs, FAMILY);
        reversed.unpack(new Unpacker(packer.bytes()), 1, SETS - 1, pairs);
        for (int set = 0; set < SETS; set++) {
            boolean packed = set >= 1 && set < SETS - 1;
            for (int pair = 0; pair < pairs; pair++) {
                boolean wanted = packed && expected.get(set).get(pair);
                if (again.has(set, pair) != wanted || reversed.has(set, pairs - 1 - pair) != wanted) {
                    throw new AssertionError("set " + set + " differs at " + pair + " from " + expected.get(set));
                }
            }
        }
    }
}
