// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

import org.jspecify.annotations.Nullable;

/**
 * An invariant that does not hold.
 *
 * @param text which one, and what was found: {@code exclusivity: folio 37 is exclusive and mapped twice: parent[12], child[12]}
 * @param area the part of the address space, if a page there is concerned
 * @param page the page there
 * @param pfn the folio's page frame number, or 0
 */
record Violation(String text, @Nullable Area area, int page, int pfn) {
    /** How the text begins if a wait gave up. */
    static final String STUCK = "STUCK";

    /** How the text begins if the soak itself failed. */
    static final String CRASH = "CRASH";

    /** Where no page and no folio is known to be concerned. */
    static Violation nowhere(String text) {
        return new Violation(text, null, -1, 0);
    }

    /** Thrown from where it was found to the thread's end. */
    static final class Found extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient Violation violation;

        Found(Violation violation) {
            super(violation.text);
            this.violation = violation;
        }

        Violation violation() {
            return violation;
        }
    }
}
