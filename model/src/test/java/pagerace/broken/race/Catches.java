// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.race;

final class Catches {
    private Catches() {}

    static int parse(String digits) {
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
