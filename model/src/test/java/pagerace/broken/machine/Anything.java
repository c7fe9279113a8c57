// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.machine;

public final class Anything {
    private Anything() {}
}
