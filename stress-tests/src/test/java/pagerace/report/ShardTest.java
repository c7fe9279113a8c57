// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShardTest {
    @Test
    void readsBackWhatItWrites() {
        assertThat(Shard.parse("3/16")).isEqualTo(new Shard(3, 16)).hasToString("3/16");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0/3", "4/3", "x", "", "3", "1/0", "-1/3", "1/3/5", "01/3", "1/99999999999999999999"})
    void isNone(String text) {
        assertThatThrownBy(() -> Shard.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void everyItemIsInExactlyOnePartInOrderAndNoPartIsFurtherFromAnEvenShareThanOneItem() {
        Random random = new Random(7);
        for (int trial = 0; trial < 500; trial++) {
            List<Integer> costs = random.ints(1 + random.nextInt(60), 0, 1 << random.nextInt(12))
                    .map(cost -> cost + 1)
                    .boxed()
                    .toList();
            List<Integer> whole = IntStream.range(0, costs.size()).boxed().toList();
            int count = 1 + random.nextInt(80);
            List<Integer> together = new ArrayList<>();
            double share = costs.stream().mapToInt(cost -> cost).sum() / (double) count;
            int dearest = costs.stream().mapToInt(cost -> cost).max().orElseThrow();
            for (int number = 1; number <= count; number++) {
                List<Integer> part = new Shard(number, count).of(whole, costs::get);
                together.addAll(part);
                assertThat((double) part.stream().mapToInt(costs::get).sum())
                        .isBetween(share - dearest, share + dearest);
            }
            assertThat(together).isEqualTo(whole);
        }
    }

    @Test
    void whatIsSplitIntoTooManyPartsLeavesSomeEmpty() {
        assertThat(IntStream.rangeClosed(1, 5)
                        .mapToObj(number -> new Shard(number, 5).of(List.of("a", "b"), item -> 1)))
                .filteredOn(part -> !part.isEmpty())
                .containsExactly(List.of("a"), List.of("b"));
        assertThat(new Shard(1, 1).of(List.of(), item -> 1)).isEmpty();
    }
}
