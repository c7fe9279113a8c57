// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.mm;

public final class Anything {
    private Anything() {}
}
