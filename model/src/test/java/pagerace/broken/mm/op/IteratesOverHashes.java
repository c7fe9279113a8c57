// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.mm.op;

import java.util.HashMap;
import java.util.Map;

final class IteratesOverHashes {
    private IteratesOverHashes() {}

    static String first(String one, String other) {
        Map<String, String> names = new HashMap<>();
        names.put(one, other);
        names.put(other, one);
        return names.keySet().iterator().next();
    }
}
