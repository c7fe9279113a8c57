// SPDX-License-Identifier: Apache-2.0
package pagerace.price;

import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All prices of one run.
 *
 * @param schema the version of this format; a change that breaks readers raises it
 * @param host processors and architecture of the host
 * @param jdk the version of the JVM that was timed
 * @param method how it was timed
 * @param complete false if the run was interrupted: then prices are missing
 * @param controls whether the prices of a subject count, for each that was timed
 * @param prices in the order of the {@link PriceList}; those that do not count too
 */
public record PriceFile(
        int schema,
        String host,
        String jdk,
        String method,
        boolean complete,
        List<PriceControl> controls,
        List<Price> prices) {
    /** The version written today. */
    public static final int SCHEMA = 4;

    /** The prices that count. */
    public List<Price> counting() {
        Set<String> good = subjects(control -> !control.makesVoid());
        return prices.stream().filter(price -> good.contains(price.subject())).toList();
    }

    /** The subjects that have prices and no control. */
    public Stream<String> uncontrolled() {
        Set<String> controlled = subjects(control -> true);
        return prices.stream().map(Price::subject).distinct().filter(Predicate.not(controlled::contains));
    }

    private Set<String> subjects(Predicate<PriceControl> which) {
        return controls.stream().filter(which).map(PriceControl::subject).collect(Collectors.toSet());
    }

    /** How {@code host} is written. */
    public static String host(int cpus, String arch) {
        return cpus + " CPUs, " + arch;
    }
}
