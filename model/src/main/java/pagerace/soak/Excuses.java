// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

import org.jspecify.annotations.Nullable;

/** Which ends of which operations a minute may pass without, and why. */
final class Excuses {
    private Excuses() {}

    static @Nullable String of(Op op, Enum<?> end) {
        return null;
    }
}
