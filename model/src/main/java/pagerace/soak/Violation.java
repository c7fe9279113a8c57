// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pagerace.machine.ReferenceFromZero;
import pagerace.machine.Stuck;
import pagerace.machine.TouchedWhenFree;

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

    /** What {@code thrown}, which ended {@code thread}, says. */
    static Violation of(Throwable thrown, int thread) {
        if (thrown instanceof Found found) {
            return found.violation;
        }
        if (thrown instanceof ReferenceFromZero) {
            return nowhere(Invariant.NO_REFERENCE_FROM_ZERO + ": thread " + thread
                    + " took a reference to a folio that nobody held, in " + frames(thrown));
        }
        if (thrown instanceof TouchedWhenFree) {
            return nowhere(Invariant.NOT_TOUCHED_WHEN_FREE + ": thread " + thread
                    + " wrote to a folio that nobody held, in " + frames(thrown));
        }
        if (thrown instanceof Stuck) {
            return nowhere(STUCK + ": thread " + thread + " waits for something that never comes");
        }
        return nowhere(CRASH + ": thread " + thread + ": " + thrown + " in " + frames(thrown));
    }

    /** Where no page and no folio is known to be concerned. */
    private static Violation nowhere(String text) {
        return new Violation(text, null, -1, 0);
    }

    private static List<String> frames(Throwable thrown) {
        return Stream.of(thrown.getStackTrace())
                .filter(frame -> !frame.getClassName().startsWith("pagerace.machine."))
                .limit(3)
                .map(frame -> frame.getClassName() + "." + frame.getMethodName())
                .toList();
    }

    /** Thrown from where it was found to the thread's end. */
    static final class Found extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient Violation violation;

        Found(Violation violation) {
            super(violation.text);
            this.violation = violation;
        }
    }
}
