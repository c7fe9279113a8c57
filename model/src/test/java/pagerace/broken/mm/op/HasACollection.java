// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.mm.op;

import java.util.ArrayList;

final class HasACollection {
    private final ArrayList<String> seen = new ArrayList<>();

    void see(String what) {
        seen.add(what);
    }
}
