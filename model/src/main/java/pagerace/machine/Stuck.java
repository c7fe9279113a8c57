// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

/**
 * A bounded wait gave up. Thrown by the hardware machine only, through model code that never catches it, up to the harness,
 * which reports the outcome word {@code STUCK}: a hung actor would hang JCStress for ever.
 *
 * <p>One instance without stack or suppression serves all, so that throwing it costs nothing and allocates nothing.
 */
public final class Stuck extends Error {
    private static final long serialVersionUID = 1L;

    /** The only instance. */
    @SuppressWarnings("StaticAssignmentOfThrowable") // has no stack trace that could mislead
    public static final Stuck STUCK = new Stuck();

    private Stuck() {
        super("a bounded wait gave up", null, false, false);
    }
}
