// SPDX-License-Identifier: Apache-2.0
package pagerace.price;

import java.util.List;

/**
 * All prices of one run.
 *
 * @param schema the version of this format; a change that breaks readers raises it
 * @param host processors and architecture of the host
 * @param jdk the version of the JVM that was timed
 * @param method how it was timed
 * @param complete false if the run was interrupted: then prices are missing
 * @param control whether the prices count
 * @param prices in the order of the {@link PriceList}
 */
public record PriceFile(
        int schema,
        String host,
        String jdk,
        String method,
        boolean complete,
        PriceControl control,
        List<Price> prices) {
    /** The version written today. */
    public static final int SCHEMA = 3;

    /** How {@code host} is written. */
    public static String host(int cpus, String arch) {
        return cpus + " CPUs, " + arch;
    }
}
