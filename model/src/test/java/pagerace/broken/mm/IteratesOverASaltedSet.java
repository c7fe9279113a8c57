// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.mm;

import java.util.Set;

final class IteratesOverASaltedSet {
    private IteratesOverASaltedSet() {}

    static String first() {
        return Set.of("one", "two").iterator().next();
    }
}
