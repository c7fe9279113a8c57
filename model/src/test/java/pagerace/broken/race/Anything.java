// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.race;

public final class Anything {
    private Anything() {}
}
