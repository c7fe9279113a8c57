// SPDX-License-Identifier: Apache-2.0
package pagerace.litmus;

/** A litmus file is not one that this reader runs; the message is one sentence that names the construct and its line. */
public final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RefusedException(int line, String sentence) {
        super("line " + line + ": " + sentence);
    }
}
