// SPDX-License-Identifier: Apache-2.0
package pagerace.price;

import java.util.List;

/**
 * Variants of one operation in one state, whose prices are compared.
 *
 * @param variants the first is what the others are compared with: the unfixed kernel, or what is next to it
 */
public record Series(List<Priced> variants) {
    /** What the others are compared with. */
    public Priced base() {
        return variants.get(0);
    }

    /** The race or workload that they all belong to. */
    public String subject() {
        return base().subject();
    }
}
