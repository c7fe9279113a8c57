// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.mm;

import java.util.ArrayList;

final class HasAStaticCollection {
    private static final ArrayList<String> SEEN = new ArrayList<>();

    private HasAStaticCollection() {}

    static void see(String what) {
        SEEN.add(what);
    }
}
