import { createApp, h } from "vue";
import { createRouter, createWebHistory } from "vue-router";
import AppFrame from "@/shared/AppFrame.vue";
import "@/shared/style.css";

const router = createRouter({
  history: createWebHistory("/portal/"),
  routes: [
    { path: "/", component: () => import("./Services.vue"), meta: { title: "services" } },
    { path: "/mine", component: () => import("./MyCases.vue"), meta: { title: "my_cases" } },
    { path: "/start/:pack/:service", component: () => import("@/shared/StartPage.vue"), meta: { title: "services" } },
    { path: "/case/:id+", component: () => import("@/shared/CasePage.vue"), meta: { title: "case" } },
    { path: "/paper/:print/:id+", component: () => import("@/shared/PaperPage.vue"), meta: { title: "papers" } },
    { path: "/account", component: () => import("@/shared/AccountPage.vue"), meta: { title: "own_account" } },
    { path: "/:rest(.*)*", component: () => import("@/shared/NotFound.vue"), meta: { title: "not_found" } },
  ],
});

createApp({ render: () => h(AppFrame, { face: "portal", places: [{ to: "/", key: "services" }, { to: "/mine", key: "my_cases" }] }) }).use(router).mount("#app");
