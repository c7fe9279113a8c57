// SPDX-License-Identifier: Apache-2.0
package pagerace.own;

import java.util.List;
import java.util.Optional;

/** An own fix cannot be used. The message is one sentence per fix, which names the nearest thing that could. */
public final class BadFix extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** For these reasons, one sentence each. */
    public BadFix(List<String> sentences) {
        super(String.join(System.lineSeparator(), sentences));
    }

    /** For the reason that {@code sentence} gives. */
    public BadFix(String sentence, Throwable cause) {
        super(sentence, cause);
    }

    /** What was wrong with the fixes on the class path, if that is why the catalogue could not be made. */
    public static Optional<BadFix> causeOf(Throwable failure) {
        return failure instanceof ExceptionInInitializerError && failure.getCause() instanceof BadFix bad
                ? Optional.of(bad)
                : Optional.empty();
    }
}
