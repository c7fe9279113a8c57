// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

/**
 * An actor wrote to something that is free, and that it did not free itself: somebody else may have it by now. Thrown on machines that
 * {@linkplain HardwareMachine#checkingCounters check that}.
 */
public final class TouchedWhenFree extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TouchedWhenFree() {
        super("something was written to that nobody held");
    }
}
