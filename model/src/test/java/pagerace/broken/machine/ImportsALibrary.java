// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.machine;

import com.tngtech.archunit.core.domain.JavaClass;

record ImportsALibrary(JavaClass type) {}
