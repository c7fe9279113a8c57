// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

/**
 * An actor added a reference to a count of zero without looking first: what it holds may be somebody else's by now. Thrown on machines
 * that {@linkplain HardwareMachine#checkingCounters check that}.
 */
public final class ReferenceFromZero extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ReferenceFromZero() {
        super("a reference was added to a count of zero");
    }
}
