// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import java.io.IOException;

/** What was read is not what it should be. The message says why, as the end of a sentence: {@code lacks plan}. */
public final class NotWhole extends IOException {
    private static final long serialVersionUID = 1L;

    NotWhole(String predicate) {
        super(predicate);
    }
}
