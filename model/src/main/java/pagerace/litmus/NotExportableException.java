// SPDX-License-Identifier: Apache-2.0
package pagerace.litmus;

/** A program cannot be written as a litmus test; the message is one sentence that says why. */
public final class NotExportableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotExportableException(String sentence) {
        super(sentence);
    }
}
