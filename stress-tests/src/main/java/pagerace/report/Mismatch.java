// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

/** Reports that do not go together. The message is one sentence that says why, and what to do. */
public final class Mismatch extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Mismatch(String sentence) {
        super(sentence);
    }
}
