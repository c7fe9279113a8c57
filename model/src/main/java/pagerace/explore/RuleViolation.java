// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

/**
 * Model code broke a rule without which exploring it proves nothing: it did something else when it was run again, swallowed
 * the stop, touched a word outside its phase. The message names class and line.
 */
public final class RuleViolation extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RuleViolation(String message) {
        super(message);
    }

    RuleViolation(String message, Throwable cause) {
        super(message, cause);
    }
}
