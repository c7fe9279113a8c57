// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

/** Stops an actor or a judge where the explorer has learned enough. Model code must let it pass. */
final class Stop extends Error {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("StaticAssignmentOfThrowable") // has no stack trace that could mislead
    static final Stop STOP = new Stop();

    private Stop() {
        super("the explorer stops the actor here", null, false, false);
    }
}
