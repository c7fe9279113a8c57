// SPDX-License-Identifier: Apache-2.0
package pagerace.verdict;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import pagerace.race.Reachability;

/**
 * What the explorer predicts of one point.
 *
 * @param reachable the outcome words that can be reached, per memory model (SC, TSO, WEAK)
 * @param bound the bound that stopped the exploration; null if all executions were exhausted
 */
public record Prediction(
        Map<Reachability, Set<String>> reachable, @Nullable String bound) {
    /** Whether {@code word} can be reached under {@code model}. */
    public boolean allows(Reachability model, String word) {
        return reachable.getOrDefault(model, Set.of()).contains(word);
    }
}
