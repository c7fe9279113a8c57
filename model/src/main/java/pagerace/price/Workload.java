// SPDX-License-Identifier: Apache-2.0
package pagerace.price;

import java.util.stream.Stream;

/** Operations of a size that races do not have, and fast paths that no race runs alone. */
final class Workload {
    private Workload() {}

    static Stream<Series> all() {
        return Stream.of();
    }
}
