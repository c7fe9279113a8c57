// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

/** The user asked for something that cannot be done. The message is one sentence that names the nearest thing that can. */
final class BadInput extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BadInput(String sentence) {
        super(sentence);
    }
}
